package memory_test

import (
	"testing"

	"lineproof/shared/memory"
	"lineproof/shared/storetest"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	storetest.Templates(t, memory.NewTemplates())
}
