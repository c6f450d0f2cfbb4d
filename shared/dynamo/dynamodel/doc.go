// Package dynamodel is DynamoDB in memory, for tests and benchmarks: no product code imports it. It
// answers what the stores of package dynamo send as the service does, and adds what DynamoDB Local
// has not: latencies, transactions that meet, partitions that throttle, units as they are billed,
// faults at any point, and schedules of calls.
//
//	db := dynamodel.New(dynamodel.Realistic(1), tables.Schemas()...)
//	store := dynamo.NewVerifications(dynamo.NewClient(db.Process(nil).Config()), …)
//
// A [Process] is one client of the tables. It implements dynamo.TransactAPI and dynamo.ScanAPI,
// each call being one try, and [Process.Config] makes the SDK's client, with its retries, send its
// tries there.
//
// # What is modelled
//
// Items up to 400 KB under keys of type S and B; expressions of conditions, updates, filters and
// projections; pages of 1 MB; return values; client request tokens for ten minutes; the errors of
// requests that make no sense (API reference, "Actions"; developer guide, "Expressions").
//
//	Modelled                                        Realistic           From
//	PutItem, UpdateItem, p50/p99                    4/10 ms             measured on Lambda: more
//	TransactWriteItems of two items                 9/25 ms, 1.5 ms each further item
//	GetItem; Query, BatchGetItem, Scan              3/8 ms; 4/10 ms
//	a transaction holds its items                   from 30 to 90 % of its latency: other
//	                                                transactions on them are cancelled, plain
//	                                                writes get a TransactionConflictException
//	                                                (developer guide, "Transaction conflict
//	                                                handling")
//	a plain write keeps transactions off            from 30 to 70 % of its latency; plain writes
//	                                                pass each other
//	a partition key                                 1,000 write and 3,000 read units a second, one
//	                                                second saved up (developer guide, "Best
//	                                                practices for designing partition keys")
//	units                                           sizes with names, steps of 1 KB and 4 KB;
//	                                                twice in transactions; what is refused or
//	                                                cancelled costs, too (developer guide, "Read
//	                                                and write operations", "Item sizes and
//	                                                formats")
//
// Latencies are lognormal. A cancelled transaction holds nothing and answers as late as another. Of
// its units all are counted as lost, though of an item that is in conflict none are taken from what
// its partition has saved up: of that nothing is published.
//
// # What is not
//
// Reserved words, to which DynamoDB Local holds the stores; reads of replicas that lag; TTL;
// indexes and whatever else of a request is not listed, which is refused; partitions that split;
// limits of tables and accounts.
package dynamodel
