package rest

import (
	"net/http"

	"parley/wire"
)

var keyRoutes = []Route{
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "createBuyerKey", Tag: "Keys", Summary: "Make a buyer's key",
		Description: "The identity vouched for here decides the buyer's tier: a seat, an agency or an advertiser. api_key is shown " +
			"once; not even a replay of this request shows it again.",
		Example: `{"label": "Acme trading desk", "seat_id": "seat-42", "agency_id": "agency-7", ` +
			`"dsp_platform": "The Trade Desk", "expires_in_days": 365}`,
	}, wire.CreateBuyerKey, sampleKey),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "createOperatorKey", Tag: "Keys", Summary: "Make an operator's key",
		Description: "It names what its holder may do: a viewer reads, approver, finance and legal decide the approvals that name them and work at the deal desk, an admin does everything.",
		Example:     `{"label": "Deal desk, Kim", "roles": ["approver"]}`,
	}, wire.CreateOperatorKey, sampleOperatorKey),
	list(Route{
		Method: http.MethodGet, Path: "/auth/api-keys", Access: AccessOperator, Scopes: viewer,
		ID: "listKeys", Tag: "Keys", Summary: "List keys",
	}, wire.ListKeys, sampleKey.Key),
	one(Route{
		Method: http.MethodGet, Path: "/auth/api-keys/{key_id}", Access: AccessCredential,
		ID: "getKey", Tag: "Keys", Summary: "Read a key", Description: "A buyer may read its own, which self is, too: whose key it is, for which seat, agency or advertiser, and until when.",
	}, wire.GetKey, sampleKey.Key),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "rotateKey", Tag: "Keys", Summary: "Make a key for one that is to end",
		Description: "The new key is the same buyer's or person's, may do the same, and lives as long; api_key is shown once. The former one ends after " +
			"overlap_hours. A key is rotated once.",
		Example: `{"overlap_hours": 48}`, Failures: []int{http.StatusConflict},
	}, wire.RotateKey, sampleKey),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "restoreKey", Tag: "Keys", Summary: "Let a person in again whose key was revoked",
		Description: "Of people who sign in at an identity provider. From their next sign-in on they act as the key in the answer, in the place of the " +
			"revoked one, which stays revoked.",
		Example: repeatedExample, Failures: []int{http.StatusConflict},
	}, wire.RestoreKey, sampleKey.Key),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "deleteKey", Tag: "Keys", Summary: "Revoke a key", Description: revocation,
	}, wire.DeleteKey, sampleKey.Key),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "revokeKey", Tag: "Keys", Summary: "Revoke a key", Description: revocation, Example: repeatedExample,
	}, wire.RevokeKey, sampleKey.Key),
}

const revocation = "For good, and at once on every node. Revoking a key again changes nothing."
