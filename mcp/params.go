package mcp

import (
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"parley/edge"
)

// readParams holds the params of a request to the types that the protocol's library reads them into. Of a notification nobody is told.
func readParams(m edge.Message) error {
	var form any
	switch m.Method() {
	case "initialize":
		form = new(sdk.InitializeParams)
	case "tools/call":
		form = new(sdk.CallToolParamsRaw)
	case "tools/list":
		form = new(sdk.ListToolsParams)
	case "prompts/list":
		form = new(sdk.ListPromptsParams)
	case "prompts/get":
		form = new(sdk.GetPromptParams)
	case "resources/list":
		form = new(sdk.ListResourcesParams)
	case "resources/templates/list":
		form = new(sdk.ListResourceTemplatesParams)
	case "resources/read":
		form = new(sdk.ReadResourceParams)
	case "resources/subscribe":
		form = new(sdk.SubscribeParams)
	case "resources/unsubscribe":
		form = new(sdk.UnsubscribeParams)
	case "logging/setLevel":
		form = new(sdk.SetLoggingLevelParams) //nolint:staticcheck // older clients send it
	case "completion/complete":
		form = new(sdk.CompleteParams)
	case "ping":
		form = new(sdk.PingParams)
	}
	if form == nil || m.ID == nil {
		return nil
	}
	return edge.ReadParams(m.Body["params"], form)
}
