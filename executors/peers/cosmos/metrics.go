// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/cosmos/cosmos-sdk/telemetry/registry"
	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// metrics are cosmos's own instruments. They are the library's, not an executor's: once started, they count until the process ends.
type metrics struct {
	reader *sdkmetric.ManualReader
	before map[string]uint64
}

var started *sdkmetric.ManualReader

func startMetrics() (*metrics, error) {
	if started == nil {
		reader := sdkmetric.NewManualReader()
		otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
		if err := registry.Get("blockstm").Start(nil); err != nil {
			return nil, err
		}
		started = reader
	}
	m := &metrics{reader: started}
	m.before = m.sums()
	return m, nil
}

func (m *metrics) counters() []counter {
	sums := m.sums()
	since := func(name string) uint64 { return sums[name] - m.before[name] }
	return []counter{
		{"validations", since("validated.txs")},
		{"suspensions", since("mvview.estimate.wait")},
		{"index_decreases", since("decrease.count")},
	}
}

// sums are the values of counters, and of histograms how often something was recorded.
func (m *metrics) sums() map[string]uint64 {
	var collected metricdata.ResourceMetrics
	sums := map[string]uint64{}
	if err := m.reader.Collect(context.Background(), &collected); err != nil {
		panic(err) // no counters then: better than zeros
	}
	for _, scope := range collected.ScopeMetrics {
		for _, one := range scope.Metrics {
			switch data := one.Data.(type) {
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					sums[one.Name] += uint64(point.Value)
				}
			case metricdata.Histogram[int64]:
				for _, point := range data.DataPoints {
					sums[one.Name] += point.Count
				}
			}
		}
	}
	return sums
}
