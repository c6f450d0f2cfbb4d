package dynamodel

// projection is the attributes that a read returns; nil for all.
type projection []string

func (s *scope) newProjection(text *string) (projection, error) {
	if text == nil {
		return nil, nil
	}
	p := newParser(s, *text)
	paths := []path{p.path()}
	for p.peek() == "," {
		p.next()
		paths = append(paths, p.path())
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	names := make(projection, len(paths))
	for i, path := range paths {
		if len(path) > 1 {
			return nil, notModelled("a projection of parts of an attribute")
		}
		names[i] = path[0].name
	}
	return names, disjoint(paths)
}

// of returns a copy of the part of an item that is asked for.
func (p projection) of(m item) item {
	if p == nil || m == nil {
		return copied(m)
	}
	part := item{}
	for _, name := range p {
		if v, there := m[name]; there {
			part[name] = v
		}
	}
	return copied(part)
}
