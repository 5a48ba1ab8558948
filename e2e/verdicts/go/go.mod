module example.com/verdicts/go

go 1.24
