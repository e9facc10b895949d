// Package pgtest gives tests a real PostgreSQL.
//
// Database and Template hand a test an empty or a migrated database of its own, dropped when the test ends. They live in
// one throwaway cluster: the one that the environment variable PARLEY_TEST_POSTGRES announces as a postgres:// URL
// (command withpostgres, and so make test, starts one for a whole test run), else one that the test process starts for
// itself and that goes away with it, however the process ends.
//
// The server's programs must be installed (PostgreSQL 15 or newer; Debian: apt-get install postgresql). Without them a
// test is skipped with a message, and fails when CI=true, so that nothing goes untested unnoticed.
//
// The cluster sorts text as en-US does, like most production databases and unlike SQLite: a query that silently relies
// on the order of bytes is found out here.
package pgtest
