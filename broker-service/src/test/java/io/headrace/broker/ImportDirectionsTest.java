package io.headrace.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import org.junit.jupiter.api.Test;

/** The import table of the house, for the broker. */
class ImportDirectionsTest {

    private final JavaClasses broker =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.headrace.broker");

    @Test
    void roomsImportOnlyWhatTheTableAllows() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("disk")
                .definedBy("io.headrace.broker.disk..")
                .layer("log")
                .definedBy("io.headrace.broker.log..")
                .layer("cluster")
                .definedBy("io.headrace.broker.cluster..")
                .layer("replica")
                .definedBy("io.headrace.broker.replica..")
                .layer("replication")
                .definedBy("io.headrace.broker.replication..")
                .layer("coordinator")
                .definedBy("io.headrace.broker.coordinator..")
                .layer("group")
                .definedBy("io.headrace.broker.group..")
                .layer("fetch")
                .definedBy("io.headrace.broker.fetch..")
                .layer("security")
                .definedBy("io.headrace.broker.security..")
                .layer("quota")
                .definedBy("io.headrace.broker.quota..")
                .layer("kafka")
                .definedBy("io.headrace.broker.kafka..")
                .layer("http")
                .definedBy("io.headrace.broker.http..")
                .layer("telemetry")
                .definedBy("io.headrace.broker.telemetry..")
                .layer("wiring")
                .definedBy("io.headrace.broker.wiring..", "io.headrace.broker")
                .whereLayer("wiring")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("kafka")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("telemetry")
                .mayOnlyBeAccessedByLayers("kafka", "http", "wiring")
                .whereLayer("security")
                .mayOnlyBeAccessedByLayers("kafka", "http", "wiring")
                .whereLayer("quota")
                .mayOnlyBeAccessedByLayers("kafka", "http", "wiring")
                .whereLayer("fetch")
                .mayOnlyBeAccessedByLayers("kafka", "http", "wiring")
                .whereLayer("group")
                .mayOnlyBeAccessedByLayers("kafka", "wiring")
                .whereLayer("coordinator")
                .mayOnlyBeAccessedByLayers("group", "wiring")
                .whereLayer("replication")
                .mayOnlyBeAccessedByLayers("kafka", "wiring")
                .whereLayer("replica")
                .mayOnlyBeAccessedByLayers("replication", "coordinator", "kafka", "http", "wiring")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("replica", "replication", "kafka", "http", "wiring")
                .whereLayer("log")
                .mayOnlyBeAccessedByLayers(
                        "replica", "replication", "coordinator", "fetch", "kafka", "http", "wiring")
                .whereLayer("disk")
                .mayOnlyBeAccessedByLayers("log", "replica", "wiring")
                .check(broker);
    }

    @Test
    void theCoreKnowsNoSpringAndOnlyDiskTouchesFileChannels() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.headrace.broker.disk..",
                        "io.headrace.broker.log..",
                        "io.headrace.broker.cluster..",
                        "io.headrace.broker.replica..",
                        "io.headrace.broker.replication..",
                        "io.headrace.broker.coordinator..",
                        "io.headrace.broker.group..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "io.netty..", "reactor..")
                .check(broker);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.headrace.admin..", "io.headrace.gateway..", "io.headrace.standalone..")
                .check(broker);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.headrace.broker.kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..")
                .check(broker);
    }
}
