// A pool of agents: a scale set whose size Poolkeeper changes, and whose machines it replaces by their ids. Azure itself
// neither repairs it nor makes more machines than were asked for: each would become an agent, and be taken away again.
param name string
param location string
param tags object
param count int
param size string
param zones array
param subnetId string
param poolIds array
param image object
param user string
param sshPublicKey string
param diagnosticsUri string
param userData string

resource agents 'Microsoft.Compute/virtualMachineScaleSets@2026-04-01' = {
  // checkov:skip=CKV_AZURE_97:Encryption at the host has to be allowed in the subscription first; turn it on where it is.
  // checkov:skip=CKV_AZURE_95:Azure would restart agents with tasks on them. New images come by replacing them, one by one.
  name: '${name}-vmss0'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: size
    tier: 'Standard'
    capacity: count
  }
  properties: {
    orchestrationMode: 'Uniform'
    overprovision: false
    singlePlacementGroup: empty(zones)
    upgradePolicy: {
      mode: 'Manual'
    }
    scheduledEventsPolicy: {
      scheduledEventsAdditionalPublishingTargets: {
        eventGridAndResourceGraph: {
          enable: true
        }
      }
    }
    virtualMachineProfile: {
      storageProfile: {
        imageReference: image
        osDisk: {
          createOption: 'FromImage'
          caching: 'ReadWrite'
          managedDisk: {
            storageAccountType: 'Premium_LRS'
          }
        }
      }
      osProfile: {
        computerNamePrefix: name
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
        networkInterfaceConfigurations: [
          {
            name: 'nic'
            properties: {
              primary: true
              ipConfigurations: [
                {
                  name: 'ipconfig'
                  properties: {
                    subnet: {
                      id: subnetId
                    }
                    loadBalancerBackendAddressPools: [for one in poolIds: {
                      id: one
                    }]
                  }
                }
              ]
            }
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
  }
}

output name string = agents.name
