package histories

// stop and cont do nothing: processes cannot be stopped here.
func (p *process) stop() {}
func (p *process) cont() {}
