package sqlite

import (
	"errors"
	"os"
)

// roomBytes is more than the writer's log takes for a common commit of many.
const roomBytes = 1 << 20

// room tells whether a file in a folder could grow, by growing one that is gone again before it reaches the disk.
func room(folder string) (err error) {
	file, err := os.CreateTemp(folder, ".room-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	_, err = file.Write(make([]byte, roomBytes))
	return err
}
