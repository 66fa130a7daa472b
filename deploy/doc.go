// Package deploy holds examples for those who run substrate: Prometheus, Grafana, nginx. There is no code in it but the tests
// that hold the examples to the program and to the tools that read them.
package deploy
