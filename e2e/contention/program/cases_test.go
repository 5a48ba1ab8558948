package cases

import "testing"

func TestDB1(t *testing.T)       { use(t, "db") }
func TestDB2(t *testing.T)       { use(t, "db") }
func TestDB3(t *testing.T)       { use(t, "db") }
func TestDBAndPort(t *testing.T) { use(t, "db,port") }
func TestPort1(t *testing.T)     { use(t, "port") }
func TestPort2(t *testing.T)     { use(t, "port") }
func TestNothing1(t *testing.T)  { use(t, "") }
func TestNothing2(t *testing.T)  { use(t, "") }

func TestSmall1(t *testing.T) { use(t, "pool") }
func TestSmall2(t *testing.T) { use(t, "pool") }
func TestSmall3(t *testing.T) { use(t, "pool") }
func TestBig1(t *testing.T)   { use(t, "pool=2") }
func TestBig2(t *testing.T)   { use(t, "pool=2") }
func TestRead1(t *testing.T)  { use(t, "pool=shared") }
func TestRead2(t *testing.T)  { use(t, "pool=shared") }
func TestRead3(t *testing.T)  { use(t, "pool=shared") }
func TestRead4(t *testing.T)  { use(t, "pool=shared") }
func TestRead5(t *testing.T)  { use(t, "pool=shared") }
func TestRead6(t *testing.T)  { use(t, "pool=shared") }
