package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"parley/config"
	"parley/internal/racedetector"
	"parley/internal/stores"
)

const (
	chart      = "../../deploy/helm/parley"
	kubernetes = "1.30" // the version of the cluster that is made for
)

// object is what the chart makes of one of its templates, as far as it matters here.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string // of a ConfigMap
	Spec     struct {
		Replicas int
		Ports    []servicePort // of a Service
		Rules    []struct {    // of an Ingress
			HTTP struct {
				Paths []struct {
					Backend struct {
						Service struct {
							Name string
							Port struct{ Name string }
						}
					}
				}
			}
		}
		Selector any // of a Service the labels, of others below matchLabels
		Template struct {
			Metadata struct{ Labels, Annotations map[string]string }
			Spec     pod
		}
	}
}

type servicePort struct{ Name, TargetPort string }

type pod struct {
	TerminationGracePeriodSeconds int
	SecurityContext               struct{ RunAsUser int }
	Containers                    []container
	Volumes                       []volume
}

type volume struct {
	Name                  string
	ConfigMap             struct{ Name string }
	Secret                struct{ Items []struct{ Key, Path string } }
	PersistentVolumeClaim struct{ ClaimName string }
}

type container struct {
	Env   []struct{ Name, Value string }
	Ports []struct {
		Name          string
		ContainerPort int
	}
	StartupProbe, LivenessProbe, ReadinessProbe probe
	VolumeMounts                                []struct{ Name, MountPath string }
}

type probe struct{ HTTPGet struct{ Path, Port string } }

// helm runs Helm, which scripts/need installs.
func helm(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	program := releaseTool(t, "helm")
	folder := t.TempDir() // nothing of whoever runs the tests
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "HELM_CACHE_HOME="+folder, "HELM_CONFIG_HOME="+folder, "HELM_DATA_HOME="+folder, "KUBECONFIG="+os.DevNull)
	said, err := command.CombinedOutput()
	return string(said), err
}

// releaseTool finds a program that only releases are made with. Where it could not be had, the test says that it did not run.
func releaseTool(t *testing.T, name string) string {
	t.Helper()
	racedetector.Serial(t)
	own, err := filepath.Abs("../../bin/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{own, name} {
		if found, err := exec.LookPath(program); err == nil {
			return found
		}
	}
	t.Skipf("%s is not here: scripts/need %s installs it", name, name)
	return ""
}

// rendered is what the chart comes to with some values.
func rendered(t *testing.T, values ...string) map[string]object {
	t.Helper()
	set := strings.Join(values, ",")
	if said, err := helm(t, "lint", "--strict", "--set", set, chart); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	manifest, err := helm(t, "template", "parley", chart, "--kube-version", kubernetes, "--set", set)
	if err != nil {
		t.Fatalf("%v\n%s", err, manifest)
	}
	made := map[string]object{}
	for documents := yaml.NewDecoder(strings.NewReader(manifest)); ; {
		var document map[string]any
		if err := documents.Decode(&document); errors.Is(err, io.EOF) {
			return made
		} else if err != nil {
			t.Fatalf("%v\n%s", err, manifest)
		}
		text, err := json.Marshal(document)
		var one object
		if err := errors.Join(err, json.Unmarshal(text, &one)); err != nil { // which finds a field whatever its case
			t.Fatalf("%v\n%s", err, manifest)
		}
		if _, twice := made[one.Kind]; twice {
			t.Fatalf("two objects of the kind %s\n%s", one.Kind, manifest)
		}
		made[one.Kind] = one
	}
}

// TestTheChartServes has Helm judge the chart and fill it in, and runs the program as the image under the chart's settings would: with its
// ports, its probes and its files.
func TestTheChartServes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		values   []string
		embedded bool
		kinds    []string
	}{
		{"as it is", []string{"scrape=true"}, false, []string{"ConfigMap", "Deployment", "PodDisruptionBudget", "Service"}},
		{
			"embedded, behind an ingress", []string{
				"replicas=1", "embedded.enabled=true", "embedded.storageClass=fast", "ingress.enabled=true", "ingress.className=nginx",
				"ingress.tlsSecret=cert", "settings.trusted_proxies=10.0.0.0/8", "podAnnotations.team=desk", "nodeSelector.disk=fast",
			}, true,
			[]string{"ConfigMap", "Deployment", "Ingress", "PersistentVolumeClaim", "Service"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := rendered(t, c.values...)
			var kinds []string
			for kind := range made {
				kinds = append(kinds, kind)
			}
			if slices.Sort(kinds); !slices.Equal(kinds, c.kinds) {
				t.Errorf("it makes %v, not %v", kinds, c.kinds)
			}
			template := made["Deployment"].Spec.Template
			labels := template.Metadata.Labels
			for kind, want := range map[string]any{
				"Service": labels, "Deployment": map[string]any{"matchLabels": labels}, "PodDisruptionBudget": map[string]any{"matchLabels": labels},
			} {
				one, there := made[kind]
				if got := one.Spec.Selector; there && (len(labels) == 0 || fmt.Sprint(got) != fmt.Sprint(want)) {
					t.Errorf("%s selects %v, and a pod has %v", kind, got, labels)
				}
			}
			if template.Metadata.Annotations["prometheus.io/port"] != strconv.Itoa(template.Spec.Containers[0].port("admin")) {
				t.Error("Prometheus is sent to another port than the admin's")
			}
			template.Spec.reached(t, made)
			template.Spec.serve(t, made, c.embedded)
		})
	}
	t.Run("two of the embedded store", func(t *testing.T) {
		t.Parallel()
		said, err := helm(t, "template", "parley", chart, "--kube-version", kubernetes, "--set", "embedded.enabled=true")
		if err == nil || !strings.Contains(said, "the embedded store is for one replica") {
			t.Errorf("%v\n%s", err, said)
		}
	})
}

// port is the number of a port by its name; 0: there is none.
func (c container) port(name string) int {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.ContainerPort
		}
	}
	return 0
}

// reached checks that what leads to the program leads there: from the ingress by the service to a port that the container has.
func (p pod) reached(t *testing.T, made map[string]object) {
	t.Helper()
	service := made["Service"]
	for _, port := range service.Spec.Ports {
		if p.Containers[0].port(port.TargetPort) == 0 {
			t.Errorf("the service leads to %s, which is no port", port.TargetPort)
		}
	}
	for _, rule := range made["Ingress"].Spec.Rules {
		for _, path := range rule.HTTP.Paths {
			to := path.Backend.Service
			if to.Name != service.Metadata.Name || !slices.ContainsFunc(service.Spec.Ports, func(p servicePort) bool { return p.Name == to.Port.Name }) {
				t.Errorf("the ingress leads to %s:%s, which is no service", to.Name, to.Port.Name)
			}
		}
	}
	claim := made["PersistentVolumeClaim"].Metadata.Name
	if !slices.ContainsFunc(p.Volumes, func(v volume) bool { return v.PersistentVolumeClaim.ClaimName == claim }) {
		t.Errorf("nothing mounts the claim %s", claim)
	}
}

// serve runs the program with the container's files, in a folder of this machine, and asks what the probes ask.
func (p pod) serve(t *testing.T, made map[string]object, embedded bool) {
	t.Helper()
	c, folder := p.Containers[0], t.TempDir()
	var user string
	environ, places := map[string]string{}, []string{"/data", filepath.Join(folder, "data")}
	for _, next := range lastStage(t) {
		switch next.name {
		case "ENV":
			for _, variable := range next.words {
				name, value, _ := strings.Cut(variable, "=")
				environ[name] = value
			}
		case "USER":
			user, _, _ = strings.Cut(next.words[0], ":")
		}
	}
	if strconv.Itoa(p.SecurityContext.RunAsUser) != user {
		t.Errorf("the image's user is %s, the chart's %d", user, p.SecurityContext.RunAsUser)
	}
	for _, variable := range c.Env {
		environ[variable.Name] = variable.Value
	}
	for _, mount := range c.VolumeMounts {
		there := filepath.Join(folder, mount.Name)
		if err := os.MkdirAll(there, 0o700); err != nil {
			t.Fatal(err)
		}
		places = append(places, mount.MountPath, there)
		for _, volume := range p.Volumes {
			if volume.Name != mount.Name {
				continue
			}
			files := map[string]string{}
			if volume.ConfigMap.Name != "" && volume.ConfigMap.Name == made["ConfigMap"].Metadata.Name {
				files = made["ConfigMap"].Data
			}
			for _, item := range volume.Secret.Items {
				files[item.Path] = stores.PostgresURL(t)
			}
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(there, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	addresses := map[string]string{} // by name of the port
	for _, listens := range []struct{ variable, port string }{{"PARLEY_LISTEN", "http"}, {"PARLEY_ADMIN_LISTEN", "admin"}} {
		if _, port, err := net.SplitHostPort(environ[listens.variable]); err != nil || port != strconv.Itoa(c.port(listens.port)) {
			t.Errorf("%s is %s, and the port %s is %d", listens.variable, environ[listens.variable], listens.port, c.port(listens.port))
		}
		addresses[listens.port] = free(t)
		environ[listens.variable] = addresses[listens.port]
	}
	var variables []string
	for name, value := range environ {
		variables = append(variables, name+"="+strings.NewReplacer(places...).Replace(value))
	}
	settings, err := config.Load(nil, variables)
	if err != nil {
		t.Fatal(err)
	}
	if _, is := settings.DatabaseURL.SQLite(); is != embedded {
		t.Errorf("the database is %s", settings.DatabaseURL)
	}
	if stop := settings.ShutdownDelay + settings.ShutdownTimeout; stop > time.Duration(p.TerminationGracePeriodSeconds)*time.Second {
		t.Errorf("a stop may take %s, and has %d seconds", stop, p.TerminationGracePeriodSeconds)
	}

	server := place{folder: folder, environ: variables}.command("serve", "--shutdown-delay", "0s")
	log := &lockedBuffer{}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	log.await(t, `"msg":"serving"`)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, probe := range []probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addresses[probe.HTTPGet.Port]+probe.HTTPGet.Path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Fatalf("%+v: %v\n%s", probe.HTTPGet, err, log)
		}
		body, err := io.ReadAll(answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%+v is answered with %d\n%s", probe.HTTPGet, answer.StatusCode, bytes.TrimSpace(body))
		}
	}
	if err := errors.Join(server.Process.Signal(syscall.SIGTERM), server.Wait()); err != nil {
		t.Errorf("%v\n%s", err, log)
	}
}
