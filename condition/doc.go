// Package condition compiles the conditions of pricing and approval rules: expressions in CEL, the Common Expression
// Language, over a fixed vocabulary of typed variables.
//
// The language is the part of CEL that cannot fail and cannot run away. There is one kind of number: whole numbers in an
// expression are read as decimals, so that 10000 and 1.5 compare and calculate freely with any numeric variable, and
// neither overflow nor division by zero is an error (a division by zero is infinite, as in IEEE 754). Strings compare and
// search (contains, startsWith, endsWith, size), lists know `in`, size, exists and all. Conversions, indexing, fields,
// maps, dates and regular expressions are left out.
//
// Amounts are in currency units and lose nothing that matters: micros below 2^53 become the float64 nearest to the
// decimal amount, which is the same float64 that the literal in the expression becomes, so `price == 12.34` holds for
// exactly that price.
//
// The package has no clock, I/O or randomness; a Program and filled-in Values may be used by many goroutines at once.
package condition
