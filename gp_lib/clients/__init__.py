"""One thin asynchronous client a protocol: errors named, times bounded, nothing hidden."""
