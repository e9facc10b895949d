// Command parley runs a publisher's seller agent: the server, and the commands that its operators use on the server's own
// terminal. It is wiring: flags and settings on one side, the packages that do the work on the other.
//
// It exits with 0 when all is well, with 1 when a command failed, and with 2 when it was called or configured wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"
	_ "time/tzdata" // zones are known on machines that have none installed

	"github.com/alecthomas/kong"

	"parley"
	"parley/config"
)

//go:generate go run . docs ../../docs/configuration.md --events ../../docs/events.md

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
)

// commands is the grammar of the command line.
type commands struct {
	Serve     serveCommand     `cmd:"" help:"Serve the API."`
	Demo      demoCommand      `cmd:"" help:"Walk through the three flows against a server that 'serve --demo' runs, and show each request and answer: quote to deal, negotiation, and a person's approval; then follow a deal to its completion, on a server of its own whose clock is moved."`
	Buyer     buyerCommand     `cmd:"" help:"Be a buyer: ask, propose, negotiate and book at a seller agent over HTTP."`
	MCP       mcpCommand       `cmd:"" name:"mcp" help:"Serve a local client of the Model Context Protocol on standard input and output, with the tools of a seller agent."`
	Buyers    buyersCommand    `cmd:"" help:"Export, or erase, what is kept of the people of a buyer."`
	Accounts  accountsCommand  `cmd:"" help:"List, make and change accounts of buyers; pause and block them."`
	Keys      keysCommand      `cmd:"" help:"Create, list and revoke API keys."`
	Sessions  sessionsCommand  `cmd:"" help:"List and end sessions of the deal desk's page."`
	Approvals approvalsCommand `cmd:"" help:"List, show, decide and resume what waits for a person."`
	Catalog   catalogCommand   `cmd:"" help:"Import and export products."`
	Delivery  deliveryCommand  `cmd:"" help:"Take in what deals delivered."`

	Destinations destinationsCommand `cmd:"" help:"List, check and pause the systems that booked deals are sent to, and say what things are called there."`
	Activations  activationsCommand  `cmd:"" help:"See which deals are to be where, and do about it what a person has to."`

	Webhooks  webhooksCommand  `cmd:"" help:"See how deliveries to webhooks go, test one, and have events delivered again."`
	Packages  packagesCommand  `cmd:"" help:"Import and export packages of products, which the media kit shows."`
	Import    importCommand    `cmd:"" help:"Take over from another seller agent."`
	TestWorld testWorldCommand `cmd:"" name:"test-world" help:"Give the test world, in which keys that begin with ask_test_ trade, what the publisher sells."`

	Migrate migrateCommand `cmd:"" help:"Bring the database up to date, and make it where there is none. Every other command brings it up to date by itself."`
	Backup  backupCommand  `cmd:"" help:"Copy the embedded database into a file, also while it is served."`
	Restore restoreCommand `cmd:"" help:"Put a backup in the place of the embedded database, also while it is served."`
	Copy    copyCommand    `cmd:"" help:"Copy everything that one database holds into another, empty one, of the same kind or the other."`
	Config  configCommand  `cmd:"" help:"Print the settings that count as a file of settings, each with what set it, without passwords."`
	Health  healthCommand  `cmd:"" name:"healthcheck" help:"Ask the server on this machine whether it is alive; the exit code is 0 when it is. For containers that have no other program."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Docs    docsCommand    `cmd:"" hidden:"" help:"Write the reference pages of the settings and of the events."`

	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// process is what a command has of the process it runs in.
type process struct {
	ctx     context.Context // ends with a signal
	in      io.Reader
	out     io.Writer // results
	err     io.Writer // everything else
	environ []string
	flags   map[string]string // settings given as flags, by name
	test    bool              // the command works in the test world
	makes   bool              // the command makes the database that it works on where there is none
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	p := &process{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), flags: map[string]string{}}
	os.Exit(p.run(os.Args[1:]))
}

// run runs the command that args name and answers the exit code.
func (p *process) run(args []string) int {
	helped := false
	parser := p.parser(func() { helped = true })
	if len(args) == 0 {
		args = []string{"--help"}
	}
	selected, err := parser.Parse(args)
	if helped {
		return exitDone
	}
	if err != nil {
		return p.fail(misuse{err, "see 'parley --help'"})
	}
	return p.fail(selected.Run())
}

// parser reads command lines; helped runs when one asks for help or the version.
func (p *process) parser(helped func()) *kong.Kong {
	var grammar commands
	options := append(p.settingFlags(reflect.ValueOf(&grammar).Elem()),
		kong.Name("parley"),
		kong.Description("The publisher's side of programmatic advertising deals."),
		kong.Writers(p.out, p.err),
		kong.Exit(func(int) { helped() }),
		kong.ValueFormatter(describeFlag),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Bind(p),
		kong.Vars{"version": versionLine()},
	)
	parser, err := kong.New(&grammar, options...)
	if err != nil {
		panic("parley: the grammar is wrong: " + err.Error())
	}
	return parser
}

// refusalOf is an error as people at a terminal read it. What a database said of something that is refused, in its own words, adds nothing to why;
// of what is nobody's doing it does.
func refusalOf(err error) string {
	var refused *parley.Error
	if !errors.As(err, &refused) || refused.Cause == nil || refused.Code == parley.CodeInternal || refused.Code == parley.CodeUnavailable {
		return err.Error()
	}
	public := *refused
	public.Cause = nil
	return strings.Replace(err.Error(), refused.Error(), public.Error(), 1)
}

// fail tells why a command failed, when it did, and answers its exit code.
func (p *process) fail(err error) int {
	if err == nil {
		return exitDone
	}
	var told logged
	if !errors.As(err, &told) {
		_, _ = fmt.Fprintf(p.err, "parley: %s\n", refusalOf(err)) // there is nowhere else to say it
	}
	var wrong misuse
	var problems config.Problems
	if errors.As(err, &wrong) || errors.As(err, &problems) {
		return exitMisuse
	}
	return exitFailed
}

// logged is why a command failed that is in the log already.
type logged struct{ error }

// Unwrap answers what failed.
func (l logged) Unwrap() error { return l.error }

// logFailure writes why a server does not serve, or no more, into its log: what is wrong with its settings in a record each.
func (p *process) logFailure(settings config.Settings, err error) error {
	log := p.logger(settings)
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			log.Error("a setting is wrong", "where", problem.Where, "problem", problem.What)
		}
		return logged{err}
	}
	log.Error("the server ended", "error", refusalOf(err))
	return logged{err}
}

// misuse is an error of whoever wrote the command line.
type misuse struct {
	cause error
	hint  string
}

func (m misuse) Error() string { return m.cause.Error() + " (" + m.hint + ")" }

// settingFlags has the flags of settings noted as they are given, in every command below holder that has some. They are
// read later, together with the other sources of settings, so that all that is wrong is told at once.
func (p *process) settingFlags(holder reflect.Value) []kong.Option {
	var options []kong.Option
	isSettings := holder.Type() == reflect.TypeFor[config.Settings]() || holder.Type() == reflect.TypeFor[config.Database]()
	for _, field := range reflect.VisibleFields(holder.Type()) {
		target := holder.FieldByIndex(field.Index)
		switch {
		case isSettings && !field.Anonymous:
			options = append(options, kong.ValueMapper(target.Addr().Interface(), note{p.flags, target.Kind() == reflect.Bool}))
		case !isSettings && len(field.Index) == 1 && target.Kind() == reflect.Struct:
			options = append(options, p.settingFlags(target)...)
		}
	}
	return options
}

// note keeps the text of a flag. It implements kong.BoolMapper.
type note struct {
	flags  map[string]string
	isBool bool
}

// IsBool tells whether the flag may stand without a value.
func (n note) IsBool() bool { return n.isBool }

// Decode implements kong.Mapper.
func (n note) Decode(ctx *kong.DecodeContext, _ reflect.Value) error {
	if n.isBool && ctx.Scan.Peek().Type != kong.FlagValueToken {
		n.flags[ctx.Value.Name] = "true"
		return nil
	}
	token, err := ctx.Scan.PopValue("value")
	if err != nil {
		return err
	}
	n.flags[ctx.Value.Name] = token.String()
	return nil
}

// describeFlag adds to a setting's help its variable and its initial value.
func describeFlag(value *kong.Value) string {
	text := kong.DefaultHelpValueFormatter(value)
	for _, s := range config.All() {
		if s.Name != value.Name || s.Help != value.OrigHelp {
			continue
		}
		text = strings.TrimSpace(text) + " [" + s.Variable
		if s.Initial != "" {
			text += ", initially " + s.Initial
		}
		text += "]"
	}
	return text
}
