package pgtest

import "syscall"

// memoryFolder is a folder whose files stay in memory, when it has room for the databases of a test run; otherwise it is
// empty, which means the usual place of temporary files. Most of what a test's database costs is the making of its files.
func memoryFolder() string {
	const folder, enough = "/dev/shm", 2 << 30
	var at syscall.Statfs_t
	if syscall.Statfs(folder, &at) != nil || at.Bavail*uint64(at.Bsize) < enough || syscall.Access(folder, writable) != nil {
		return ""
	}
	return folder
}

// writable is access(2)'s W_OK.
const writable = 2
