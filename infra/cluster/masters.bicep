// The masters: one quorum, so their number and their addresses never change. In an availability set, so that one rack or
// one update of Azure takes one of them at most. They tell of scheduled events through Event Grid.
param suffix string
param location string
param tags object
param size string
param subnetId string
param addresses array
param poolId string
param natRuleIds array
param image object
param user string
param sshPublicKey string
param diagnosticsUri string
param userData string

resource together 'Microsoft.Compute/availabilitySets@2026-04-01' = {
  name: 'dcos-master-availabilitySet-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Aligned'
  }
  properties: {
    platformFaultDomainCount: 2
    platformUpdateDomainCount: 3
    scheduledEventsPolicy: {
      scheduledEventsAdditionalPublishingTargets: {
        eventGridAndResourceGraph: {
          enable: true
        }
      }
    }
  }
}

resource card 'Microsoft.Network/networkInterfaces@2025-09-01' = [for (address, number) in addresses: {
  name: 'dcos-master-${suffix}-nic-${number}'
  location: location
  tags: tags
  properties: {
    ipConfigurations: [
      {
        name: 'ipConfigNode'
        properties: {
          privateIPAllocationMethod: 'Static'
          privateIPAddress: address
          subnet: {
            id: subnetId
          }
          loadBalancerBackendAddressPools: [
            {
              id: poolId
            }
          ]
          loadBalancerInboundNatRules: [
            {
              id: natRuleIds[number]
            }
          ]
        }
      }
    ]
  }
}]

resource machine 'Microsoft.Compute/virtualMachines@2026-04-01' = [for (address, number) in addresses: {
  // checkov:skip=CKV_AZURE_97:Encryption at the host has to be allowed in the subscription first; turn it on where it is.
  // checkov:skip=CKV_AZURE_151:It runs Linux.
  // checkov:skip=CKV_AZURE_50:Extensions are how Azure runs commands in a machine, which repair may have to.
  name: 'dcos-master-${suffix}-${number}'
  location: location
  tags: tags
  properties: {
    availabilitySet: {
      id: together.id
    }
    hardwareProfile: {
      vmSize: size
    }
    storageProfile: {
      imageReference: image
      osDisk: {
        createOption: 'FromImage'
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
    }
    osProfile: {
      computerName: 'dcos-master-${suffix}-${number}'
      adminUsername: user
      customData: base64(userData)
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: {
          publicKeys: [
            {
              path: '/home/${user}/.ssh/authorized_keys'
              keyData: sshPublicKey
            }
          ]
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: card[number].id
        }
      ]
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
        storageUri: diagnosticsUri
      }
    }
  }
}]
