package dev.tokenstore.store;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who may know whom in this module.
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tokenstore.store");

    @Test
    void readsTheClassesItJudges() {
        assertThat(CLASSES.contain(TokenStore.class)).isTrue();
        assertThat(CLASSES.contain(TokenFields.class)).isTrue();
        assertThat(CLASSES.get(TokenStore.class).getMethods()).isNotEmpty();
    }

    @Test
    void onlyTheSqliteBackendKnowsDatabases() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..store.sqlite..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .check(CLASSES);
    }

    @Test
    void onlyTheKubernetesBackendKnowsKubernetes() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..store.kubernetes..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..")
                .check(CLASSES);
    }

    @Test
    void theDomainKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("..store.token..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify.annotations..", "..store.token.."))
                .check(CLASSES);
    }

    @Test
    void theRulesKnowNoBackend() {
        noClasses()
                .that()
                .resideInAPackage("dev.tokenstore.store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..store.memory..", "..store.sqlite..", "..store.kubernetes..", "..store.embedded..")
                .check(CLASSES);
    }

    @Test
    void backendsDoNotKnowEachOther() {
        slices().matching("dev.tokenstore.store.(memory|sqlite|kubernetes)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void nothingHereKnowsTheSidecarOrTheOperator() {
        noClasses()
                .that(resideInAnyPackage("dev.tokenstore.store.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.tokenstore..")
                        .and(not(resideInAnyPackage(
                                "dev.tokenstore.store..", "dev.tokenstore.api..", "dev.tokenstore.runtime.."))))
                .check(CLASSES);
    }

    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.store",
                        List.of("dev.tokenstore.api..", "dev.tokenstore.runtime..", "io.fabric8..", "org.sqlite.."))
                .check();
    }
}
