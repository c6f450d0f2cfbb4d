package memory_test

import (
	"testing"

	"lineproof/shared/memory"
	"lineproof/shared/storetest"
)

func TestFallbacks(t *testing.T) {
	t.Parallel()
	storetest.Fallbacks(t, memory.NewFallbacks())
}
