//go:build tools

// Package engine pins the official Temporal command so that it can be built where it cannot be downloaded.
package engine

import _ "github.com/temporalio/cli/cmd/temporal"
