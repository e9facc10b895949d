// Package activation says what a booked deal is to be at a destination, and what is to be done there next.
//
// A Want is everything that a destination may need to know of a deal. An Adapter, one for each kind of destination, makes a
// Plan of it: the steps, in order, each with the value by which its remote object is found again and with the body that it
// is sent with. Next compares the plan with what is known to be there and answers the one thing to do. Nothing in this package
// reaches anybody; adapters do, when the couriers call them.
package activation
