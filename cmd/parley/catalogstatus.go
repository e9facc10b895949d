package main

import (
	"errors"
	"fmt"

	"parley"
	"parley/seller"
)

type catalogPauseCommand struct{ productIDs }

// Run pauses the products.
func (c catalogPauseCommand) Run(p *process) error { return c.move(p, parley.ProductPaused) }

type catalogResumeCommand struct{ productIDs }

// Run offers the products again.
func (c catalogResumeCommand) Run(p *process) error { return c.move(p, parley.ProductActive) }

type catalogRetireCommand struct{ productIDs }

// Run retires the products.
func (c catalogRetireCommand) Run(p *process) error { return c.move(p, parley.ProductRetired) }

// productIDs are the products of a command.
type productIDs struct {
	world
	IDs []string `arg:"" name:"id" help:"Id of the product."`
}

// move gives each product a status, and goes on after one that cannot have it.
func (c productIDs) move(p *process, status parley.ProductStatus) error {
	return p.withService(func(service *seller.Service) error {
		var failed []error
		for _, id := range c.IDs {
			var written seller.WrittenProduct
			_, err := service.WriteProduct(p.ctx, terminal(), seller.ProductWrite{
				Change:   parley.ProductChange{Product: parley.Product{ID: id, Status: status}, Given: parley.FieldStatus},
				Expected: seller.Expected{Present: true},
			}, func(w seller.WrittenProduct) (seller.Answer, error) {
				written = w
				return seller.Answer{}, nil
			})
			if err == nil {
				_, err = fmt.Fprintf(p.out, "%s is %s\n", written.ID, written.Status)
				err = errors.Join(err, p.warnMixed(written.MixedPackages))
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", id, err))
			}
		}
		return errors.Join(failed...)
	})
}
