package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticks is how many a second the system counts a process's time in: USER_HZ, which is 100 on every Linux.
const ticks = 100

// usage is what the system tells of a process's use of the processors; zero where it does not.
type usage struct {
	parent int
	own    time.Duration
	ended  time.Duration // of its children that have ended
}

// usageOf is to a hundredth of a second.
func usageOf(process string) usage {
	stat, err := os.ReadFile(filepath.Join("/proc", process, "stat"))
	if err != nil {
		return usage{}
	}
	// The second field, the program's name in parentheses, may hold anything. The parent is the 4th field; user and system
	// time are the 14th and 15th, and those of ended children follow.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) < 15 {
		return usage{}
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return usage{}
	}
	time := func(fields []string) time.Duration {
		var total int64
		for _, field := range fields {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0
			}
			total += n
		}
		return time.Duration(total) * time.Second / ticks
	}
	return usage{parent: parent, own: time(fields[11:13]), ended: time(fields[13:15])}
}

// processorTime answers how much the server has used of the processors, where the system tells; 0 elsewhere.
func (s *server) processorTime() time.Duration {
	return usageOf(strconv.Itoa(s.process.Process.Pid)).own
}

// familyTime answers how much a process and its children have used of the processors, those that ended among them.
func familyTime(first int) time.Duration {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		panic(fmt.Sprintf("bench: a pattern is malformed: %v", err))
	}
	head := usageOf(strconv.Itoa(first))
	total := head.own + head.ended
	for _, process := range all {
		if child := usageOf(filepath.Base(process)); child.parent == first {
			total += child.own
		}
	}
	return total
}
