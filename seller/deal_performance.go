package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// DealPerformance is what is known of how a deal runs: what was booked, how far its flight is, and its orders. What was
// delivered is what the source says whose figures count.
type DealPerformance struct {
	Deal        parley.Deal
	Orders      []parley.Order // the newest, at most a hundred
	FlightDays  int64          // of the whole flight
	ElapsedDays int64          // of the flight that are over
	Begun       bool           // whether the flight has
	Delivery    DealDelivery
}

// mostPerformanceOrders is how many of a deal's orders its performance tells.
const mostPerformanceOrders = 100

// DealPerformance tells its buyer, or an operator, what is known of how a deal runs.
func (s *Service) DealPerformance(ctx context.Context, call Call, id string) (DealPerformance, error) {
	return read(ctx, s, call, func(v *view) (DealPerformance, error) {
		pending, rows, activations := v.Deal(id), v.DeliveryDays(id), v.Activations(storage.ActivationFilter{DealID: id})
		destinations := v.EachDestination()
		orders := v.Orders(storage.OrderFilter{DealID: id, Page: storage.Page{Limit: mostPerformanceOrders, Newest: true}})
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return DealPerformance{}, err
		}
		deal, err := pending.Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		if !who.MaySee(deal.Owner) {
			return DealPerformance{}, unknown("deal", id)
		}
		found, err := orders.Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		delivered, err := rows.Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		there, err := activations.Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		known, err := destinations.Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		served := s.delivered(deal, delivered, s.billing(there.Items, known), v.now)
		product, err := v.Product(deal.ProductID).Get(ctx)
		if err != nil {
			return DealPerformance{}, err
		}
		served.Health = s.health(served, there.Items, &product, v.now)
		days := int64(deal.Flight.End-deal.Flight.Start) + 1
		elapsed := int64(s.today(v.now) - deal.Flight.Start)
		return DealPerformance{
			Deal: deal, Orders: found.Items, FlightDays: days, ElapsedDays: max(0, min(elapsed, days)), Begun: elapsed >= 0,
			Delivery: served,
		}, nil
	})
}
