package bundle

import (
	"reflect"
	"testing"

	"lineproof/shared/dynamo"
)

// schemas gives the schema of every table that the package dynamo knows, each called by its logical
// name.
func schemas() map[string]dynamo.Schema {
	var tables dynamo.Tables
	fields := reflect.ValueOf(&tables).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetString(fields.Type().Field(i).Name + "Table")
	}
	byName := map[string]dynamo.Schema{}
	for _, s := range tables.Schemas() {
		byName[s.Table] = s
	}
	return byName
}

// schemaOf reads a table of the template as dynamo would describe it.
func schemaOf(name string, properties map[string]any) dynamo.Schema {
	kinds := map[any]string{}
	for _, attribute := range list(properties["AttributeDefinitions"]) {
		kinds[dig(attribute, "AttributeName")], _ = dig(attribute, "AttributeType").(string)
	}
	s := dynamo.Schema{Table: name}
	for _, key := range list(properties["KeySchema"]) {
		attribute, _ := dig(key, "AttributeName").(string)
		switch k := (dynamo.KeyAttribute{Name: attribute, Type: kinds[attribute]}); dig(key, "KeyType") {
		case "HASH":
			s.Partition = k
		case "RANGE":
			s.Sort = k
		}
	}
	if dig(properties, "TimeToLiveSpecification", "Enabled") == true {
		s.TTL, _ = dig(properties, "TimeToLiveSpecification", "AttributeName").(string)
	}
	return s
}

// The template's tables are those that dynamo.CreateTables makes for tests: the same keys, of the
// same types, and the same TTL.
func TestTablesHaveTheirSchema(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	known := schemas()
	for _, name := range template.OfType(typeTable) {
		p := template.Resources[name].Properties
		if got := schemaOf(name, p); got != known[name] {
			t.Errorf("the template has %+v, dynamo has %+v", got, known[name])
		}
		if p["BillingMode"] != "PAY_PER_REQUEST" || dig(p, "SSESpecification", "SSEEnabled") != true || p["DeletionProtectionEnabled"] == nil {
			t.Errorf("%s is not on demand, encrypted and protected", name)
		}
	}
}

// What no clock deletes somebody wrote by hand: such a table can be restored, and outlives its
// stack.
func TestLastingTablesOutliveMistakes(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	lasting := 0
	for _, name := range template.OfType(typeTable) {
		r := template.Resources[name]
		if r.Properties["TimeToLiveSpecification"] != nil {
			continue
		}
		lasting++
		if dig(r.Properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true || r.DeletionPolicy != "RetainExceptOnCreate" {
			t.Errorf("%s is lost with its stack or cannot be restored", name)
		}
	}
	if lasting == 0 {
		t.Error("no table lasts")
	}
}

// Nothing stands in the template that no function uses.
func TestTablesAndSecretsAreUsed(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	used := map[string]bool{}
	for _, f := range functions {
		for _, right := range f.Rights {
			used[right.Resource] = true
		}
	}
	for _, name := range append(template.OfType(typeTable), template.OfType(typeSecret)...) {
		if !used[name] {
			t.Errorf("no function uses %s", name)
		}
	}
}
