package suite

import (
	"fmt"
	"strings"
	"text/template"
	"time"
)

// row is a row of a parametrized test.
type row struct{ ID, Takes string }

// functions are what the templates call.
func (g *generator) functions() template.FuncMap {
	functions := template.FuncMap{
		// Tests, by the names that the generator uses.
		"class":    g.class,
		"function": func(name string) string { return fmt.Sprintf("test_%s_%d", name, g.page.block) },
		"test":     g.test,
		"rows":     g.rows,
		"llm":      g.llmTest,
		"pause":    func() string { return g.page.pause() },
		"takes":    func(calls int) string { return seconds(g.page.takes / time.Duration(calls)) },
		// What is random.
		"int":   g.int,
		"ints":  g.ints,
		"many":  g.many,
		"word":  func() string { return g.words(1)[0] },
		"words": g.words,
	}
	for name, f := range pure {
		functions[name] = f
	}
	return functions
}

// class names the class of the block.
func (g *generator) class(name string) string {
	g.page.class = fmt.Sprintf("Test%s%d", name, g.page.block)
	return g.page.class
}

// test adds a test, unless it is the test of rows.
func (g *generator) test(name string) string {
	if !g.page.rows[name] {
		g.page.add(name, "", pop(&g.plain), false)
	}
	return name
}

// llmTest adds a test that calls the API.
func (g *generator) llmTest(name string) string {
	g.page.add(name, "", pop(&g.llm), true)
	return name
}

// rows adds the rows of a parametrized test.
func (g *generator) rows(test string, count int) []row {
	g.page.rows[test] = true
	rows := make([]row, count)
	for i := range rows {
		id, takes := fmt.Sprintf("%s-%d", g.words(1)[0], i), pop(&g.plain)
		g.page.add(test, id, takes, false)
		rows[i] = row{ID: id, Takes: seconds(takes)}
	}
	return rows
}

func pop(durations *[]time.Duration) time.Duration {
	first := (*durations)[0]
	*durations = (*durations)[1:]
	return first
}

func (g *generator) int(least, most int) int { return least + g.random.IntN(most-least+1) }

// many is a number of things that a class has, each on a line of its own: as many as the suite
// needs to reach its length.
func (g *generator) many(least int) int {
	few, more := 4, 120
	if g.lines*Cases > Lines*g.cases {
		return least + g.random.IntN(few)
	}
	return least + g.random.IntN(more)
}

func (g *generator) ints(count, least, most int) []int {
	numbers := make([]int, count)
	for i := range numbers {
		numbers[i] = g.int(least, most)
	}
	return numbers
}

// words returns words that are all different.
func (g *generator) words(count int) []string {
	words := make([]string, count)
	for i, n := range g.random.Perm(len(vocabulary))[:count] {
		words[i] = vocabulary[n]
	}
	return words
}

// pure are the functions whose result depends only on their arguments.
var pure = template.FuncMap{
	"add":     func(numbers ...int) int { return sum(numbers) },
	"sub":     func(a, b int) int { return a - b },
	"mul":     func(a, b int) int { return a * b },
	"div":     func(a, b int) int { return a / b },
	"mod":     func(a, b int) int { return a % b },
	"up":      func(a, b int) int { return (a + b - 1) / b },
	"least":   func(a, b int) int { return min(a, b) },
	"doubled": func(n, times int) int { return n << times },
	"odd":     func(n int) bool { return n%2 == 1 },
	"sum":     sum,
	"cents":   cents,
	"join":    func(words []string) string { return strings.Join(words, " ") },
	"title":   func(word string) string { return strings.ToUpper(word[:1]) + word[1:] },
	"brace":   func(texts ...string) string { return "{" + strings.Join(texts, "") + "}" },
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}

// cents returns an amount of money as the application shows it.
func cents(n int) string {
	whole := fmt.Sprint(n / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s.%02d", whole, n%100)
}
