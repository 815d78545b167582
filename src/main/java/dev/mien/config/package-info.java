/** The service's settings, from one YAML file; every key is checked. */
@NullMarked
package dev.mien.config;

import org.jspecify.annotations.NullMarked;
