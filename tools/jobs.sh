#!/bin/sh
# How many compilers may run at once: one that reads LibTorch's headers takes up to 2 GB.
awk -v cores="$(nproc)" '/MemAvailable/ {jobs = int($2 / 2097152); print jobs < 1 ? 1 : jobs < cores ? jobs : cores}' /proc/meminfo
