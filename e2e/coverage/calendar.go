// Package calendar has branches for several tests to take, and one for none.
package calendar

// IsLeap reports whether a year is a leap year.
func IsLeap(year int) bool {
	switch {
	case year%400 == 0:
		return true
	case year%100 == 0:
		return false
	}
	return year%4 == 0
}

// DaysIn returns the number of days of a year, or 0 before the calendar began.
func DaysIn(year int) int {
	if year < 1583 {
		return 0
	}
	if IsLeap(year) {
		return 366
	}
	return 365
}
