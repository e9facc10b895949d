// Package notice tells the publisher's people what waits for them, by e-mail and by a chat that takes messages as incoming webhooks of
// Slack do.
//
// Couriers do so on one node at a time: they ask package seller of whom there is something to tell, send it, and have seller store what
// came of it. What is sent was claimed before, so that two nodes that both believe that they lead send it once; what was sent by a node
// that ended before it could say so is sent again, under the same id.
package notice
