package calendar

import "testing"

func TestCommonYear(t *testing.T) {
	if IsLeap(2023) {
		t.Error("2023 is no leap year")
	}
}

func TestCentury(t *testing.T) {
	if IsLeap(1900) {
		t.Error("1900 is no leap year")
	}
}

func TestDays(t *testing.T) {
	if got := DaysIn(2024); got != 366 {
		t.Errorf("2024 has %d days", got)
	}
}

func TestDaysOfACommonYear(t *testing.T) {
	if got := DaysIn(2025); got != 365 {
		t.Errorf("2025 has %d days", got)
	}
}
