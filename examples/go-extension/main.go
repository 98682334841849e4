// An extension in Go, with its standard library alone: logs each invocation, and the end.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

type event struct {
	EventType      string `json:"eventType"`
	RequestID      string `json:"requestId"`
	ShutdownReason string `json:"shutdownReason"`
}

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2020-01-01/extension"
	body := bytes.NewBufferString(`{"events":["INVOKE","SHUTDOWN"]}`)
	register, err := http.NewRequest("POST", api+"/register", body)
	exitOn(err)
	// Lambda knows an extension by the name of its file.
	register.Header.Set("Lambda-Extension-Name", filepath.Base(os.Args[0]))
	registered, err := http.DefaultClient.Do(register)
	exitOn(err)
	registered.Body.Close()

	// The client has no time-out: the environment may be frozen for hours within a call.
	for {
		next, err := http.NewRequest("GET", api+"/event/next", nil)
		exitOn(err)
		next.Header.Set("Lambda-Extension-Identifier", registered.Header.Get("Lambda-Extension-Identifier"))
		response, err := http.DefaultClient.Do(next)
		exitOn(err)
		var e event
		exitOn(json.NewDecoder(response.Body).Decode(&e))
		response.Body.Close()
		if e.EventType == "SHUTDOWN" {
			fmt.Println("the end:", e.ShutdownReason)
			return
		}
		fmt.Println("invoked", e.RequestID)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
