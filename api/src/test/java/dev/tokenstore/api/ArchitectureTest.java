package dev.tokenstore.api;

import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture("dev.tokenstore.api", List.of("io.fabric8..", "com.fasterxml.jackson..")).check();
    }
}
