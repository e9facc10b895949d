package mcp

import (
	"context"
	"io"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Bridge serves a local client, on a pair of streams, with what a seller agent offers at an address to the holder of a key. It ends
// when the client closes its side, or with ctx.
func Bridge(ctx context.Context, address, key, version string, in io.ReadCloser, out io.WriteCloser) error {
	here := &sdk.Implementation{Name: "parley", Version: version}
	transport := &sdk.StreamableClientTransport{
		Endpoint: strings.TrimSuffix(address, "/") + "/mcp", HTTPClient: &http.Client{Transport: bearer{key}}, DisableStandaloneSSE: true,
	}
	seller, err := sdk.NewClient(here, nil).Connect(ctx, transport, nil)
	if err != nil {
		return err
	}
	defer func() { _ = seller.Close() }()
	local := sdk.NewServer(here, &sdk.ServerOptions{Instructions: instructions, PageSize: 1000, Capabilities: &sdk.ServerCapabilities{
		Tools: &sdk.ToolCapabilities{}, Prompts: &sdk.PromptCapabilities{}, Resources: &sdk.ResourceCapabilities{},
	}})
	if err := offer(ctx, local, seller); err != nil {
		return err
	}
	return local.Run(ctx, &sdk.IOTransport{Reader: in, Writer: out})
}

// offer hands on everything that a seller offers.
func offer(ctx context.Context, local *sdk.Server, seller *sdk.ClientSession) error {
	for tool, err := range seller.Tools(ctx, nil) {
		if err != nil {
			return err
		}
		local.AddTool(tool, func(ctx context.Context, request *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			return seller.CallTool(ctx, &sdk.CallToolParams{Name: request.Params.Name, Arguments: request.Params.Arguments})
		})
	}
	for prompt, err := range seller.Prompts(ctx, nil) {
		if err != nil {
			return err
		}
		local.AddPrompt(prompt, func(ctx context.Context, request *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
			return seller.GetPrompt(ctx, &sdk.GetPromptParams{Name: request.Params.Name, Arguments: request.Params.Arguments})
		})
	}
	for resource, err := range seller.Resources(ctx, nil) {
		if err != nil {
			return err
		}
		local.AddResource(resource, func(ctx context.Context, request *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			return seller.ReadResource(ctx, &sdk.ReadResourceParams{URI: request.Params.URI})
		})
	}
	return nil
}

// bearer puts a key on every request.
type bearer struct{ key string }

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.key != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.key)
	}
	return http.DefaultTransport.RoundTrip(r)
}
