package main_test

import (
	"strings"
	"testing"

	"parley/catalogfile"
)

func TestImportAndExportOfPackages(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "demo.csv", string(catalogfile.Demo))
		at.write(t, "packages.json", string(catalogfile.DemoPackages))
		refused := at.run(t, nil, "packages", "import", "packages.json")
		if refused.code != 1 || !strings.Contains(refused.err, "packages[0].products[0].product_id") || !strings.Contains(refused.err, "nothing was imported") {
			t.Errorf("without products: exit code %d\n%s", refused.code, refused.err)
		}
		at.must(t, "catalog", "import", "demo.csv")
		if tried := at.must(t, "packages", "import", "--dry-run", "packages.json"); !strings.Contains(tried, "4 packages: 4 added") || !strings.Contains(tried, "nothing was kept") {
			t.Errorf("tried: %s", tried)
		}
		if none := at.must(t, "packages", "export"); none != "[]\n" {
			t.Errorf("a dry run kept %s", none)
		}
		if done := at.must(t, "packages", "import", "packages.json"); done != "4 packages: 4 added, 0 changed, 0 as they were\n" {
			t.Errorf("done: %s", done)
		}
		exported := at.must(t, "packages", "export")
		again := at.run(t, strings.NewReader(strings.Replace(exported, "On the Phone", "On Phones", 1)), "packages", "import", "-")
		if again.out != "4 packages: 0 added, 1 changed, 3 as they were\n" {
			t.Errorf("again: %s%s", again.out, again.err)
		}
		broken := at.run(t, strings.NewReader("[{"), "packages", "import", "-")
		if broken.code != 1 || !strings.Contains(broken.err, "no JSON list of packages") {
			t.Errorf("broken: exit code %d\n%s", broken.code, broken.err)
		}
	})
}
