// SPDX-License-Identifier: Apache-2.0
#include "workloads/p2p/shape.hpp"

#include <algorithm>
#include <array>

namespace commitbench::p2p {
namespace {

constexpr std::array kDiemRecords{Record::account, Record::balance, Record::received,
                                  Record::frozen, Record::role};
constexpr std::array kDiemSender{Access{Record::account, true}, Access{Record::frozen, false},
                                 Access{Record::role, false}, Access{Record::balance, true}};
constexpr std::array kDiemReceiver{Access{Record::account, false}, Access{Record::frozen, false},
                                   Access{Record::role, false}, Access{Record::balance, true},
                                   Access{Record::received, true}};
constexpr std::uint32_t kDiemConfigs = 12;

constexpr std::array kAptosRecords{Record::account, Record::balance, Record::sent,
                                   Record::received};
constexpr std::array kAptosSender{Access{Record::account, true}, Access{Record::balance, true},
                                  Access{Record::sent, true}};
constexpr std::array kAptosReceiver{Access{Record::account, false}, Access{Record::balance, true},
                                    Access{Record::received, true}};
constexpr std::uint32_t kAptosConfigs = 2;

constexpr std::size_t writes(std::span<const Access> accesses) {
    return static_cast<std::size_t>(std::ranges::count(accesses, true, &Access::writes));
}

// What the paper says.
static_assert(kDiemConfigs + kDiemSender.size() + kDiemReceiver.size() == 21);
static_assert(writes(kDiemSender) + writes(kDiemReceiver) == 4);
static_assert(kAptosConfigs + kAptosSender.size() + kAptosReceiver.size() == 8);
static_assert(writes(kAptosSender) + writes(kAptosReceiver) == 5);
static_assert(kDiemReceiver.size() == kMostAccesses);

}  // namespace

constexpr Shape kDiem{.name = "diem",
                      .configs = kDiemConfigs,
                      .records = kDiemRecords,
                      .sender = kDiemSender,
                      .receiver = kDiemReceiver};
constexpr Shape kAptos{.name = "aptos",
                       .configs = kAptosConfigs,
                       .records = kAptosRecords,
                       .sender = kAptosSender,
                       .receiver = kAptosReceiver};

}  // namespace commitbench::p2p
