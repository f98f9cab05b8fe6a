#!/usr/bin/env bash
# openapi-generator 7.24.0, Python: the exclusiveMaximum 7258118400 of a number becomes lt=2147483647 for whole numbers, so a client refuses values that the
# document allows. An inclusive `maximum` is cut in the same way, and fractions keep the bound as it is written.
# One would have guessed that a bound of a number is copied. It is met by whoever bounds Unix times beyond 2038, or sizes of files.
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
    A: {type: object, properties: {seconds: {type: number, minimum: 0, exclusiveMaximum: 7258118400}}}
P
generate python
grep -o 'Annotated\[\(int\|float\), Field([^)]*)\]' out/openapi_client/models/a.py
grep -q 'int, Field(lt=2147483647' out/openapi_client/models/a.py
