// Package bench measures what the program claims: how well it finds, whether it picks the right version, what it keeps within
// a budget, how it grows. Each measure runs beside what people would use instead, on the same files, in the same run.
//
// It is for the command substrate bench and for tests that hold floors of quality. It is not part of the product: nothing else
// imports it, and it decides nothing.
package bench
