module example.com/verdicts/programs

go 1.24
