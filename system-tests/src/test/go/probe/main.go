// What the pods of the system tests run: one program with a command for each thing that a test wants to know.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	identity = "/var/run/secrets/kubernetes.io/serviceaccount/"
	patience = time.Minute
)

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("usage: probe say TEXT | serve TEXT | fetch URL | serve-socket PATH | ask-socket PATH | whoami | look PATH..."))
	}
	arguments := append(os.Args[2:], "")
	var err error
	switch os.Args[1] {
	case "say":
		fmt.Println(arguments[0])
	case "serve":
		err = serve(arguments[0])
	case "fetch":
		err = untilItWorks(func() error { return fetch(arguments[0]) })
	case "serve-socket":
		err = serveSocket(arguments[0])
	case "ask-socket":
		err = untilItWorks(func() error { return askSocket(arguments[0]) })
	case "look":
		look(os.Args[2:])
	case "whoami":
		err = untilItWorks(whoAmI)
	default:
		err = errors.New("no such command: " + os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func untilItWorks(attempt func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := attempt()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// look says of each path whether anything is there.
func look(paths []string) {
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			fmt.Println("found", path)
		} else {
			fmt.Println("no", path)
		}
	}
}

// serve answers each request on port 8080 with a text, until it is asked to end.
func serve(text string) error {
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, text) })
	failed := make(chan error, 1)
	go func() { failed <- http.ListenAndServe(":8080", nil) }()
	return untilAskedToEnd(failed)
}

func untilAskedToEnd(failed <-chan error) error {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	select {
	case <-asked:
		fmt.Println("asked to end")
		return nil
	case err := <-failed:
		return err
	}
}

func fetch(url string) error {
	client := http.Client{Timeout: 2 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

// serveSocket answers each connection of a Unix socket with a line.
func serveSocket(path string) error {
	// what a killed predecessor left would be in the way
	os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o666); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				failed <- err
				return
			}
			fmt.Fprintln(connection, "answer of the sidecar")
			connection.Close()
		}
	}()
	return untilAskedToEnd(failed)
}

func askSocket(path string) error {
	connection, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = io.Copy(os.Stdout, connection)
	return err
}

// whoAmI asks the API server, at the cluster's own address for it, whom it takes this pod's service account for.
func whoAmI() error {
	token, err := os.ReadFile(identity + "token")
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(identity + "ca.crt")
	if err != nil {
		return err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	client := http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}},
	}
	host := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	body := `{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`
	request, err := http.NewRequest(
		"POST", "https://"+host+"/apis/authentication.k8s.io/v1/selfsubjectreviews", bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var review struct {
		Status struct {
			UserInfo struct{ Username string }
		}
	}
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("the API server answers %s", answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&review); err != nil {
		return err
	}
	fmt.Println(review.Status.UserInfo.Username)
	return nil
}
