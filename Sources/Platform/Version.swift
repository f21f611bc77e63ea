/// Of this package, for what is written to say which wrote it.
package let packageVersion = "0.1.0"
