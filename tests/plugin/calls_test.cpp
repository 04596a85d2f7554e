// SPDX-License-Identifier: Apache-2.0
// What reaches a plug-in: options in one spelling a value, and services only as far as the host
// has them.
#include "harness/plugin/calls.hpp"

#include "harness/runtime/worker_pool.hpp"
#include "include/commitbench/backend.hpp"

#include <array>
#include <gtest/gtest.h>

namespace commitbench::plugin {
namespace {

TEST(PluginSettings, HaveOneSpellingAValue) {
    constexpr std::array kTable{
        OptionSpec{.key = "cache",
                   .type = OptionType::size,
                   .unit = "bytes",
                   .default_value = "64KiB",
                   .help = "h"},
        OptionSpec{.key = "keys",
                   .type = OptionType::integer,
                   .default_value = "10k",
                   .range = "auto|1..",
                   .help = "h"},
        OptionSpec{.key = "lanes", .type = OptionType::boolean, .default_value = "on", .help = "h"},
        OptionSpec{.key = "threads",
                   .type = OptionType::integer,
                   .default_value = "auto",
                   .range = "auto|1..8",
                   .help = "h"},
    };
    const auto options = resolve_options("backend", {"b", {}}, kTable);
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Settings settings(*options);
    std::string text;
    for (std::size_t i = 0; i < settings.size(); ++i) {
        text += std::string(settings.data()[i].key) + "=" + settings.data()[i].value + " ";
    }
    EXPECT_EQ(text, "cache=65536 keys=10000 lanes=on threads=auto ");
}

TEST(PluginWorkers, RunOnThePool) {
    WorkerPool pool(2);
    const Host host(&pool);
    const api::Workers workers(host.get());
    ASSERT_EQ(workers.count(), 2U);
    std::array<int, 2> taken{};
    workers.rouse();
    workers.run([&](std::uint32_t worker) { ++taken.at(worker); });
    EXPECT_EQ(taken, (std::array<int, 2>{1, 1}));
}

TEST(PluginWorkers, AreTheCallerAloneWithoutAPool) {
    const Host host(nullptr);
    const api::Workers workers(host.get());
    int runs = 0;
    workers.rouse();
    workers.run([&](std::uint32_t worker) {
        EXPECT_EQ(worker, 0U);
        ++runs;
    });
    EXPECT_EQ(runs, 1);
}

/// A host of ABI 1.0 has no field for it: what lies behind its last one is somebody else's.
TEST(PluginWorkers, AreNotRousedByAHostThatCannot) {
    int roused = 0;
    cb_host host = *Host(nullptr).get();
    host.context = &roused;
    host.rouse_workers = [](void* context) { ++*static_cast<int*>(context); };
    api::Workers(&host).rouse();
    EXPECT_EQ(roused, 1);
    host.struct_size = offsetof(cb_host, rouse_workers);
    api::Workers(&host).rouse();
    EXPECT_EQ(roused, 1);
}

}  // namespace
}  // namespace commitbench::plugin
