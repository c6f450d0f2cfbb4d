// Package memory owns the stores of the local server and of tests: maps, each behind one mutex.
// They keep the promises of the stores in DynamoDB, which one suite holds both to, except that they
// end with the process.
//
// What is put in is kept as it is: callers do not change a slice that they handed over or were
// given.
package memory
