// Judges pods as the API server does in a namespace that enforces the Pod Security Standard "restricted": with
// Kubernetes' own evaluator. Reads JSON lines {"name", "template"} and writes JSON lines {"file", "rule", "message"}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type subject struct {
	Name     string          `json:"name"`
	Template json.RawMessage `json:"template"`
}

type verdict struct {
	File    string `json:"file"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		log.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.MajorMinorVersion(1, 34)}
	output := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var pod subject
		if err := json.Unmarshal(lines.Bytes(), &pod); err != nil {
			log.Fatal(err)
		}
		var template corev1.PodTemplateSpec
		// A field that the API does not know would be judged as if it were not there.
		decoder := json.NewDecoder(bytes.NewReader(pod.Template))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&template); err != nil {
			log.Fatalf("%s: %v", pod.Name, err)
		}
		for _, result := range evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
			if result.Allowed {
				continue
			}
			found := verdict{File: pod.Name, Rule: result.ForbiddenReason, Message: result.ForbiddenDetail}
			if err := output.Encode(found); err != nil {
				log.Fatal(err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}
