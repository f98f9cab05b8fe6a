#!/usr/bin/env bash
# openapi-generator 7.24.0, Go: two enum components that share a value give a package that does not compile: each makes a constant that is named
# after the value alone.
# One would have guessed that the constant bears the name of its type. It is met by whoever has two kinds of states
# that can both be "failed", such as requests and trainings.
# Needs java, mvn and go.
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

cat >spec.yaml <<'P'
openapi: 3.1.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    First: {type: string, enum: [open, failed]}
    Second: {type: string, enum: [failed, done]}
P
generate go
rm -rf out/test
cd out
said=$(GOFLAGS=-mod=mod GOTOOLCHAIN=local go build ./... 2>&1) && exit 1
echo "$said"
grep -q 'FAILED redeclared' <<<"$said"
