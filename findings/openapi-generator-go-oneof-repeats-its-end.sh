#!/usr/bin/env bash
# openapi-generator 7.24.0, Go: UnmarshalJSON of a oneOf with a discriminator ends with the same `if err != nil {return} else {return}` once for each type, so that
# all but the first are unreachable, and `go vet` fails on the generated package.
# One would have guessed that generated code passes the language's own checker. It is met by whoever vets generated clients in CI.
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

cat >spec.yaml <<'P'
openapi: 3.1.0
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    Event:
      oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]
      discriminator: {propertyName: event, mapping: {a: '#/components/schemas/A', b: '#/components/schemas/B'}}
    A: {type: object, required: [event, a], properties: {event: {type: string, enum: [a]}, a: {type: string}}}
    B: {type: object, required: [event, b], properties: {event: {type: string, enum: [b]}, b: {type: string}}}
P
generate go
n=$(grep -c 'data failed to match schemas in oneOf(Event): %v' out/model_event.go)
echo "$n equal endings for 2 types"
[[ $n == 2 ]]
