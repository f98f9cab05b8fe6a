#!/usr/bin/env bash
# openapi-generator 7.24.0, Go, OpenAPI 3.1: a schema that says `additionalProperties: false`, and that no operation refers to, becomes a struct that
# takes and keeps any property. The same document marked 3.0.3 becomes a closed struct.
# One would have guessed that saying false closes a type, or changes nothing. It is met by whoever describes the events of a stream as
# components (no operation refers to them) and wants their clients to notice a misspelled field.
# Needs java and mvn.
set -euo pipefail
version=7.24.0
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<P
<project><modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>t</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version></plugin></plugins></build></project>
P
mvn -B -q --no-transfer-progress dependency:copy -Dartifact=org.openapitools:openapi-generator-cli:$version -DoutputDirectory=lib >/dev/null
generate() { java -jar lib/*.jar generate -g "$1" -i spec.yaml -o out >log 2>&1; }
echo "openapi-generator $(java -jar lib/*.jar version)"

spec() { cat >spec.yaml <<P
openapi: $1
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    A:
      type: object
      additionalProperties: false
      properties:
        user: {type: string}
P
rm -rf out; generate go; grep -c 'AdditionalProperties' out/model_a.go || true; }
echo "3.0.3: $(spec 3.0.3) lines with AdditionalProperties"
n=$(spec 3.1.0)
echo "3.1.0: $n lines with AdditionalProperties"
[[ $(spec 3.0.3) == 0 && $n -gt 0 ]]
