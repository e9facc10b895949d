package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"parley"
	"parley/activation"
	"parley/activation/courier"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/agentcard"
	"parley/config"
	"parley/notice"
	"parley/seller"
	"parley/storage"
	"parley/storage/backend"
	"parley/vault"
	"parley/webhook"
	"parley/wire"
)

// settings reads the settings from every source.
func (p *process) settings() (config.Settings, error) { return config.Load(p.flags, p.environ) }

// logger writes log records to standard error. Durations have their unit, also in JSON.
func (p *process) logger(settings config.Settings) *slog.Logger {
	options := &slog.HandlerOptions{Level: settings.LogLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration {
			a.Value = slog.StringValue(a.Value.Duration().String())
		}
		return a
	}}
	if settings.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(p.err, options))
	}
	return slog.New(slog.NewTextHandler(p.err, options))
}

// newService makes the flows over a store: of the real trade, or of the test world for commands that work in that.
func (p *process) newService(store *storage.Store, settings config.Settings, log *slog.Logger) (*seller.Service, error) {
	if p.test {
		service, _, err := p.newTestService(store, settings, log)
		return service, err
	}
	sealing, err := p.serviceVault(settings)
	if err != nil {
		return nil, err
	}
	parts := seller.Parts{
		Cards: agentcard.New(settings.DiscoverPrivateAgents).Fetch,
		Adapters: []activation.Adapter{
			filedrop.Beside(string(settings.TrafficFolder), parley.TestMode), dealsapi.New(settings.PrivateDestinations, clock), newAdManager(),
		},
		TryWebhook: webhook.Try(webhook.NewSender(settings.PrivateWebhooks).Send, wire.EncodeEvent, clock),
		Vault:      sealing,
	}
	return seller.New(store, parts, sellerSettings(settings), clock, rand.Reader, log), nil
}

// serviceVault opens what keeps the flows' credentials.
func (p *process) serviceVault(settings config.Settings) (*vault.Vault, error) {
	opened, err := p.openVault(settings, settings.SealingKey)
	if err != nil {
		return nil, fmt.Errorf("the setting sealing-key (PARLEY_SEALING_KEY) names no key: %w; name the file that credentials were sealed with, "+
			"or where none were: %s", err, vault.HowToMakeKey)
	}
	return opened, nil
}

// openVault opens what keeps credentials, under the key of a file; empty: without one.
func (p *process) openVault(settings config.Settings, keyFile config.Folder) (*vault.Vault, error) {
	var key []byte
	if keyFile != "" {
		var err error
		if key, err = vault.ReadKey(string(keyFile)); err != nil {
			return nil, err
		}
	}
	return vault.New(key, string(settings.SecretsFolder), p.variable)
}

// variable answers a variable of the environment; empty: there is none.
func (p *process) variable(name string) string {
	for _, v := range p.environ {
		if value, is := strings.CutPrefix(v, name+"="); is {
			return value
		}
	}
	return ""
}

// newCouriers makes what delivers the flows' events to webhooks.
func newCouriers(service *seller.Service, settings config.Settings, log *slog.Logger) *webhook.Couriers {
	return webhook.NewCouriers(service, webhook.NewSender(settings.PrivateWebhooks).Send, wire.EncodeEvent, clock, rand.Reader, log)
}

// newDealCouriers makes what brings deals to their destinations, and with which duties; nil: this process sends none.
func newDealCouriers(service *seller.Service, settings config.Settings, clock parley.Clock, log *slog.Logger) (*courier.Couriers, []duty) {
	switch settings.Activation {
	case config.ActivationOn:
		deals := courier.New(service, clock, log, courier.Limits{
			PerSecond: settings.DestinationRate.PerSecond, Burst: settings.DestinationRate.Burst, AtATime: settings.DestinationSends,
			Grace: settings.ShutdownTimeout,
		})
		return deals, []duty{deals.Run}
	case config.ActivationPreview:
		log.Info("deals are planned and not sent", "activation", settings.Activation)
		return nil, []duty{courier.NewPlanner(service, log).Run}
	case config.ActivationOff:
	}
	return nil, nil
}

// newNotices makes what tells the publisher's people what waits for them.
func newNotices(service *seller.Service, settings config.Settings, log *slog.Logger) *notice.Couriers {
	by := map[parley.NoticeWay]notice.Sender{parley.NoticeByChat: notice.NewChat(settings.PrivateWebhooks).Send}
	if settings.SMTPServer != "" {
		by[parley.NoticeByMail] = notice.MailServer{
			Address: string(settings.SMTPServer), TLS: settings.SMTPTLS,
			User: string(settings.SMTPUser), Password: string(settings.SMTPPassword), From: settings.SMTPFrom.Address,
		}.Send
	}
	return notice.NewCouriers(service, by, clock, log)
}

// sellerSettings are the part of the settings that the flows follow.
func sellerSettings(s config.Settings) seller.Settings {
	return seller.Settings{
		SellerID:             string(s.SellerID),
		SellerName:           string(s.SellerName),
		DealPrefix:           string(s.DealPrefix),
		TimeZone:             s.TimeZone.Location,
		QuoteTTL:             s.QuoteTTL,
		AnswerTTL:            s.AnswerTTL,
		QuoteRetention:       s.QuoteRetention,
		KeepEvents:           s.KeepEvents,
		KeepAudits:           s.KeepAudits,
		KeepNegotiations:     s.KeepNegotiations,
		ProposalTTL:          s.ProposalTTL,
		NegotiationTTL:       s.NegotiationTTL,
		NegotiationsPerDay:   s.NegotiationsPerDay,
		MostWaiting:          s.WaitingCount,
		Holds:                seller.HoldLimits{Count: s.HoldCount, Time: s.HoldTime, Percent: int64(s.HoldShare)},
		DeskHolds:            seller.HoldLimits{Count: s.DeskHoldCount, Time: s.DeskHoldTime, Percent: int64(s.DeskHoldShare)},
		ApprovalRules:        s.ApprovalRules.Rules,
		AnonymousLimit:       s.AnonymousLimit,
		AnonymousRetention:   s.AnonymousRetention,
		Anonymous:            seller.AnonymousAccess(s.Anonymous),
		SeveralOrdersPerDeal: s.SeveralOrdersPerDeal,
		OpenSeats:            s.OpenSeats,
		SelfApproval:         s.SelfApproval,
		PrivateWebhooks:      s.PrivateWebhooks,
		Notices:              seller.NoticeSettings{Pages: string(s.PublicURL), Mail: s.SMTPServer != ""},
		ActivationPatience:   s.ActivationPatience,
		BillingSource:        string(s.BillingSource),
	}
}

// terminal is the call of an operator at the server's own terminal.
func terminal() seller.Call { return seller.Terminal("terminal-" + rand.Text()) }

// making has the command make the database that it works on where there is none. Others refuse one that is not there: a database that comes
// of a mistyped URL would be taken for what is meant.
func (p *process) making() *process {
	p.makes = true
	return p
}

// withStore runs a command's work on the database that its settings name.
func (p *process) withStore(work func(*storage.Store) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.onStore(settings, work)
}

// onStore runs work on the database of the settings: the real trade's, or for commands that work in the test world, that one's.
func (p *process) onStore(settings config.Settings, work func(*storage.Store) error) (err error) {
	if p.test {
		return p.onTestStore(settings, work)
	}
	store, err := p.openStore(settings, backend.Options{MustExist: !p.makes, Connections: settings.DatabaseConnections, Watch: watchTransactions()})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := refuseTestWorld(p.ctx, store); err != nil {
		return err
	}
	return work(store)
}

// withService runs a command's work on the flows over that database.
func (p *process) withService(work func(*seller.Service) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.onStore(settings, func(store *storage.Store) error {
		service, err := p.newService(store, settings, p.logger(settings))
		if err != nil {
			return err
		}
		return work(service)
	})
}
