package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"substrate/corpus/catalog"
	"substrate/epoch"
)

// Areas are what a diagnosis looks at, in this order.
var Areas = []string{"settings", "files", "catalog", "originals", "index", "drift", "texts"}

// Fault is one thing that is not as it should be. The JSON form is stable.
type Fault struct {
	Area  string `json:"area"` // one of Areas
	What  string `json:"what"`
	Where string `json:"where"`
	Why   string `json:"why"`  // it matters
	Mend  string `json:"mend"` // what to do
	// Grave says that bytes are lost or answers may be wrong; otherwise somebody should look at it, and nothing is wrong yet.
	Grave bool `json:"grave"`
	// Repairable says that a repair mends it without loss.
	Repairable bool `json:"repairable"`

	fix func(ctx context.Context) (string, error)
}

// Mended is a fault that a repair put right. The JSON form is stable.
type Mended struct {
	Area  string `json:"area"`
	What  string `json:"what"`
	Where string `json:"where"`
	Done  string `json:"done"`
}

// Diagnosis is the answer of a doctor. The JSON form is stable.
type Diagnosis struct {
	Library  string   `json:"library"`
	Folder   string   `json:"folder"`
	Cascade  int      `json:"cascade"`
	Revision int      `json:"revision"`
	Healthy  bool     `json:"healthy"` // no fault is left
	Checked  []string `json:"checked"` // a line for each area that was looked at
	Mended   []Mended `json:"mended"`
	Faults   []Fault  `json:"faults"`
}

// DoctorOptions say what is looked at.
type DoctorOptions struct {
	Skip   []string // areas
	Repair bool     // mend what can be mended without loss
	// From is a backup that missing originals may be taken from; "" when there is none.
	From string
	// Settings is why the configuration could not be used, when it could not: the rest is checked without it.
	Settings error
}

// Doctor examines the library: catalog, originals, index, files, settings, drift log and texts. Without Repair it changes nothing. It
// fails only when it could not look; what it finds is in the answer.
func (l *Library) Doctor(ctx context.Context, o DoctorOptions) (*Diagnosis, error) {
	for _, s := range o.Skip {
		if !slices.Contains(Areas, s) {
			return nil, fmt.Errorf("there is no area %q; the areas are %v", s, Areas)
		}
	}
	d, err := l.diagnose(ctx, o)
	if err != nil || !o.Repair || d.Healthy {
		return d, err
	}
	mended, failed := l.repair(ctx, d.Faults)
	if d, err = l.diagnose(ctx, o); err != nil {
		return nil, err
	}
	d.Mended = mended
	for i, f := range d.Faults {
		if err := failed[f.Area+f.Where+f.What]; err != nil {
			d.Faults[i].Mend = "the repair failed: " + err.Error() + "; " + f.Mend
		}
	}
	return d, nil
}

// diagnose looks at all areas once.
func (l *Library) diagnose(ctx context.Context, o DoctorOptions) (*Diagnosis, error) {
	x := &examination{l: l, o: o, d: &Diagnosis{Library: l.Name(), Folder: l.Dir, Checked: []string{}, Mended: []Mended{}, Faults: []Fault{}}}
	defer x.close()
	for _, area := range Areas {
		if slices.Contains(o.Skip, area) && area != "catalog" { // without the catalog nothing else can be compared
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("the examination was stopped: %w", err)
		}
		x.area = area
		if err := x.look(ctx); err != nil {
			// What cannot be looked at is a fault too: the others are looked at all the same.
			x.fault(Fault{What: "this could not be examined: " + err.Error(), Where: l.state(), Why: "nobody knows whether it is sound", Mend: "mend what the message says, then run substrate doctor again", Grave: true})
		}
	}
	x.d.Healthy = len(x.d.Faults) == 0
	return x.d, nil
}

// examination is one diagnosis under way.
type examination struct {
	l    *Library
	o    DoctorOptions
	d    *Diagnosis
	area string

	cat   *catalog.Catalog // nil when there is none, or none that can be trusted
	state catalog.State
	rows  []catalog.Row
	shelf *epoch.Shelf
}

func (x *examination) close() {
	if x.cat != nil {
		x.cat.Close()
	}
}

func (x *examination) look(ctx context.Context) error {
	switch x.area {
	case "settings":
		return x.settings()
	case "files":
		return x.files()
	case "catalog":
		return x.catalog(ctx)
	case "originals":
		return x.originals(ctx)
	case "index":
		return x.index(ctx)
	case "drift":
		return x.drift(ctx)
	}
	return x.texts(ctx)
}

func (x *examination) fault(f Fault) {
	f.Area, f.Repairable = x.area, f.fix != nil
	x.d.Faults = append(x.d.Faults, f)
}

func (x *examination) checked(format string, args ...any) {
	x.d.Checked = append(x.d.Checked, x.area+": "+fmt.Sprintf(format, args...))
}

// catalog inspects the catalog, and opens it when it can be trusted.
func (x *examination) catalog(ctx context.Context) error {
	file := x.l.catalogFile()
	in, err := catalog.Inspect(ctx, x.l.state())
	if errors.Is(err, catalog.ErrNone) {
		if keys, _ := catalog.OpenStore(x.l.state()).Keys(); len(keys) > 0 {
			x.fault(Fault{What: "the catalog is missing", Where: file, Grave: true,
				Why:  fmt.Sprintf("%d originals are there, and nothing says what they are", len(keys)),
				Mend: recovery})
			return nil
		}
		x.checked("none yet; nothing was ever ingested")
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range in.Damage {
		x.fault(Fault{What: "the catalog is damaged: " + d, Where: file, Grave: true,
			Why:  "it is the truth of the library; no answer out of it can be trusted",
			Mend: recovery})
	}
	switch {
	case len(in.Damage) > 0:
		return nil
	case in.Schema > in.Newest:
		x.fault(Fault{What: fmt.Sprintf("the catalog has schema %d, this program knows %d", in.Schema, in.Newest), Where: file, Grave: true,
			Why: "it was written by a newer version of this program", Mend: "update this program"})
		return nil
	case in.Schema < in.Newest:
		x.fault(Fault{What: fmt.Sprintf("the catalog has schema %d, not %d", in.Schema, in.Newest), Where: file,
			Why: "it was written by an older version of this program", Mend: "nothing; the next command brings it forward",
			fix: func(ctx context.Context) (string, error) {
				c, err := catalog.Open(ctx, x.l.state(), catalog.ReadWrite)
				if err != nil {
					return "", err
				}
				return "brought to the newest schema", c.Close()
			}})
	}
	for _, o := range in.Odd {
		x.fault(Fault{What: o, Where: file, Grave: true, Why: "the catalog's tables contradict each other", Mend: recovery})
	}
	if in.Schema < in.Newest {
		return nil // opening it would change it
	}
	if x.cat, err = catalog.Open(ctx, x.l.state(), catalog.ReadOnly); err != nil {
		return err
	}
	return x.read(ctx)
}

// read reads the shelf at one revision.
func (x *examination) read(ctx context.Context) (err error) {
	for range 5 {
		if x.state, err = x.cat.State(ctx); err != nil {
			return err
		}
		if x.rows, err = x.cat.All(ctx); err != nil {
			return err
		}
		if x.shelf, err = storedShelf(ctx, x.cat); err != nil {
			return err
		}
		after, err := x.cat.State(ctx)
		if err != nil {
			return err
		}
		if after == x.state {
			x.d.Cascade, x.d.Revision = x.state.Cascade, x.state.Revision
			x.checked("revision %d, cascade %d, %d versions of %d documents", x.state.Revision, x.state.Cascade, len(x.rows), len(x.shelf.Documents))
			return nil
		}
	}
	return errors.New("the library is being changed too fast to be examined; try again")
}

// recovery is how a person gets a library back whose catalog cannot be trusted. It is never done unasked: what people decided
// is in the catalog, and a rebuilt one does not have it.
const recovery = "restore a backup: substrate restore BACKUP DIR --force. Without one: substrate doctor --salvage FOLDER writes the originals as files, then move .substrate away and run substrate ingest FOLDER; standings come back, decisions, drift notes and findings do not"

func (l *Library) catalogFile() string { return l.state() + string(os.PathSeparator) + catalog.File }
