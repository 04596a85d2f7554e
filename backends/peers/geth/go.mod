module commitbench/backends/peers/geth

go 1.25.0

require (
	github.com/ethereum/go-ethereum v1.17.10
	github.com/syndtr/goleveldb v1.0.1-0.20210819022825-2ae1ddf74ef7
)
