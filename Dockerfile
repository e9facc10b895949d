# Parley in an image that holds nothing else: the program, the roots of public certificates, and a folder for data.
#
#   docker build -t parley --build-arg VERSION=$(git describe --tags --always) .
#   docker run -p 8080:8080 -v parley-data:/data parley serve --demo
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/parley ./cmd/parley
RUN mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/parley /parley
# The folder is the user's, so that a volume mounted over it for the first time is as well.
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
ENV PARLEY_LISTEN=0.0.0.0:8080 PARLEY_DATABASE_URL=sqlite:/data/parley.db PARLEY_LOG_FORMAT=json
WORKDIR /data
USER 65532:65532
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/parley", "healthcheck"]
ENTRYPOINT ["/parley"]
CMD ["serve"]
